# One static library per folder of src/: every .cpp but the tests and those that EXCLUDE's patterns match.
#   ov_library(media DEPENDS ov_base PRIVATE_LIBS PkgConfig::JPEG)
# The target is ov_<folder>. Beside it, ov_test() makes one executable of all *_test.cpp.
function(ov_library folder)
  cmake_parse_arguments(ARG "" "" "DEPENDS;PRIVATE_LIBS;EXCLUDE" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "(_test|/main)\\.cpp$")
  foreach(pattern ${ARG_EXCLUDE})
    list(FILTER sources EXCLUDE REGEX "${pattern}")
  endforeach()
  add_library(ov_${folder} STATIC ${sources})
  target_include_directories(ov_${folder} PUBLIC ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(ov_${folder} PUBLIC ${ARG_DEPENDS} PRIVATE ov_warnings ${ARG_PRIVATE_LIBS})
endfunction()
