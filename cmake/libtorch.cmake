# libtorch from the pip wheel of torch, as the interface target ov_torch.
# The wheel's own TorchConfig.cmake is not used: it refuses a CUDA wheel on a machine without the CUDA toolkit.
#   cmake -B build -DOV_TORCH_DIR=/some/venv/lib/python3.11/site-packages/torch
#   target_link_libraries(ov_tensor PUBLIC ov_torch)
# Without OV_TORCH_DIR the folder is looked for in .venv, which ./run makes.
set(OV_TORCH_DIR "" CACHE PATH "Folder of the installed torch package (the one with include/ and lib/)")

# A .venv that appears after the first configuration is found too: the search is not cached.
set(ov_torch_dir "${OV_TORCH_DIR}")
if(NOT ov_torch_dir)
  file(GLOB ov_torch_found LIST_DIRECTORIES true "${PROJECT_SOURCE_DIR}/.venv/lib/python3*/site-packages/torch")
  if(ov_torch_found)
    list(GET ov_torch_found 0 ov_torch_dir)
  endif()
endif()

string(CONCAT ov_torch_advice
  "Try one of:\n"
  "  ./run build                                  makes .venv with the pinned torch\n"
  "  cmake -DOV_TORCH_DIR=<site-packages>/torch   names an installed wheel; print its folder with\n"
  "      python3 -c 'import os, torch; print(os.path.dirname(torch.__file__))'\n"
  "  cmake -DOV_TORCH=OFF                         builds only the floors that need no torch")
if(NOT ov_torch_dir)
  message(FATAL_ERROR "libtorch: OV_TORCH_DIR is not set and there is no torch in "
    "${PROJECT_SOURCE_DIR}/.venv/lib/python3*/site-packages.\n${ov_torch_advice}")
endif()
foreach(ov_torch_file include/ATen/core/Tensor.h include/torch/csrc/api/include/torch/all.h
    lib/libc10.so lib/libtorch_cpu.so lib/libtorch.so)
  if(NOT EXISTS "${ov_torch_dir}/${ov_torch_file}")
    message(FATAL_ERROR "libtorch: ${ov_torch_dir} has no ${ov_torch_file}; "
      "expected the torch folder of a Linux wheel.\n${ov_torch_advice}")
  endif()
endforeach()

# The string type in libc10's symbols tells which C++ ABI the wheel was built with.
file(STRINGS "${ov_torch_dir}/lib/libc10.so" ov_torch_abi REGEX "__cxx11" LIMIT_COUNT 1)
set(ov_torch_cxx11 0)
if(ov_torch_abi)
  set(ov_torch_cxx11 1)
endif()

set(ov_torch_version "unknown version")
if(EXISTS "${ov_torch_dir}/version.py")
  file(STRINGS "${ov_torch_dir}/version.py" ov_torch_version_line REGEX "^__version__")
  if(ov_torch_version_line MATCHES "'([^']+)'")
    set(ov_torch_version "${CMAKE_MATCH_1}")
  endif()
endif()

add_library(ov_torch INTERFACE)
target_include_directories(ov_torch SYSTEM INTERFACE
  "${ov_torch_dir}/include" "${ov_torch_dir}/include/torch/csrc/api/include")
# The wheel brings fmt headers but no fmt library.
target_compile_definitions(ov_torch INTERFACE _GLIBCXX_USE_CXX11_ABI=${ov_torch_cxx11} FMT_HEADER_ONLY)
target_link_options(ov_torch INTERFACE "-Wl,-rpath,${ov_torch_dir}/lib")

set(ov_torch_device cpu)
if(EXISTS "${ov_torch_dir}/lib/libtorch_cuda.so" AND EXISTS "${ov_torch_dir}/lib/libc10_cuda.so")
  set(ov_torch_device "cpu and cuda")
  # Nothing calls libtorch_cuda by name: it registers its operators when it is loaded, so the linker must keep it.
  # Its own dependencies (cudart, cublas, ...) sit in other wheels and are found at run time by its rpath.
  target_link_libraries(ov_torch INTERFACE
    "-Wl,--push-state,--no-as-needed,${ov_torch_dir}/lib/libtorch_cuda.so,${ov_torch_dir}/lib/libc10_cuda.so,--pop-state"
    "-Wl,--allow-shlib-undefined")
endif()
target_link_libraries(ov_torch INTERFACE
  "${ov_torch_dir}/lib/libtorch.so" "${ov_torch_dir}/lib/libtorch_cpu.so" "${ov_torch_dir}/lib/libc10.so")

message(STATUS "libtorch ${ov_torch_version} (${ov_torch_device}) in ${ov_torch_dir}")
