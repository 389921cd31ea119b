# Arrow and Parquet C++ from the pip wheel of pyarrow, as the interface target ov_arrow, if there is one:
# beside the torch wheel, in .venv, or where OV_ARROW_DIR says. Without it the target does not exist, and the
# data folder refuses .parquet files with a message.
#   cmake -B build -DOV_ARROW_DIR=/some/venv/lib/python3.11/site-packages/pyarrow
# OV_ARROW_DIR=OFF builds without it in any case.
set(OV_ARROW_DIR "" CACHE STRING "Folder of the installed pyarrow package (the one with include/ and libarrow.so.*)")

# Not cached, so that a .venv that appears later is found too.
set(ov_arrow_dir "${OV_ARROW_DIR}")
if("${ov_arrow_dir}" STREQUAL "")
  set(ov_arrow_places "${PROJECT_SOURCE_DIR}/.venv/lib/python3*/site-packages/pyarrow")
  if(OV_TORCH_DIR)
    list(PREPEND ov_arrow_places "${OV_TORCH_DIR}/../pyarrow")
  endif()
  foreach(ov_arrow_place ${ov_arrow_places})
    file(GLOB ov_arrow_found LIST_DIRECTORIES true "${ov_arrow_place}")
    if(ov_arrow_found AND NOT ov_arrow_dir)
      list(GET ov_arrow_found 0 ov_arrow_dir)
    endif()
  endforeach()
endif()

set(ov_arrow_absent "")
if(OV_SANITIZE MATCHES "thread")
  set(ov_arrow_absent "the wheel is not built for the thread sanitizer, which would report its locks")
elseif(ov_arrow_dir STREQUAL "OFF")
  set(ov_arrow_absent "OV_ARROW_DIR=OFF")
elseif(NOT ov_arrow_dir)
  set(ov_arrow_absent "no pyarrow beside torch or in .venv; try: pip install pyarrow, or -DOV_ARROW_DIR=...")
endif()

if(ov_arrow_absent)
  message(STATUS "Arrow: not used, .parquet files will be refused (${ov_arrow_absent})")
else()
  get_filename_component(ov_arrow_dir "${ov_arrow_dir}" REALPATH)
  file(GLOB ov_arrow_library "${ov_arrow_dir}/libarrow.so.*")
  file(GLOB ov_parquet_library "${ov_arrow_dir}/libparquet.so.*")
  list(LENGTH ov_arrow_library ov_arrow_count)
  list(LENGTH ov_parquet_library ov_parquet_count)
  if(NOT ov_arrow_count EQUAL 1 OR NOT ov_parquet_count EQUAL 1 OR
      NOT EXISTS "${ov_arrow_dir}/include/parquet/arrow/reader.h")
    message(FATAL_ERROR "Arrow: ${ov_arrow_dir} should have one libarrow.so.*, one libparquet.so.* and "
      "include/parquet/arrow/reader.h, as a Linux wheel of pyarrow has. Install pyarrow again or set OV_ARROW_DIR.")
  endif()

  # The string type in its symbols tells which C++ ABI the wheel was built with; ours is the new one.
  file(STRINGS "${ov_parquet_library}" ov_arrow_abi REGEX "__cxx11" LIMIT_COUNT 1)
  if(NOT ov_arrow_abi)
    message(FATAL_ERROR "Arrow: ${ov_parquet_library} uses the C++ ABI from before GCC 5; install a newer pyarrow")
  endif()
  file(STRINGS "${ov_arrow_dir}/include/arrow/util/config.h" ov_arrow_version REGEX "define ARROW_VERSION_STRING")
  string(REGEX REPLACE ".*\"(.*)\".*" "\\1" ov_arrow_version "${ov_arrow_version}")

  add_library(ov_arrow INTERFACE)
  target_include_directories(ov_arrow SYSTEM INTERFACE "${ov_arrow_dir}/include")
  target_link_options(ov_arrow INTERFACE "-Wl,-rpath,${ov_arrow_dir}")
  target_link_libraries(ov_arrow INTERFACE "${ov_parquet_library}" "${ov_arrow_library}")
  message(STATUS "Arrow ${ov_arrow_version} in ${ov_arrow_dir}")
endif()
