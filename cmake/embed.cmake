# Turns a text file into a C++ string that is compiled into a library.
#   ov_embed(ov_report report_page.html kReportPage)
# The code declares it itself, inside namespace ov: extern const std::string_view kReportPage;
if(CMAKE_SCRIPT_MODE_FILE)
  file(READ "${OV_EMBED_FROM}" ov_embed_text)
  if(ov_embed_text MATCHES "\\)ov_embed\"")
    message(FATAL_ERROR "${OV_EMBED_FROM}: contains the mark that ends the C++ string")
  endif()
  file(WRITE "${OV_EMBED_TO}" "// Made from a text file by cmake/embed.cmake.\n#include <string_view>\n\n"
    "namespace ov {\nextern const std::string_view ${OV_EMBED_NAME};\n"
    "const std::string_view ${OV_EMBED_NAME} = R\"ov_embed(${ov_embed_text})ov_embed\";\n}  // namespace ov\n")
  return()
endif()

set(OV_EMBED_SCRIPT "${CMAKE_CURRENT_LIST_FILE}")

function(ov_embed target file name)
  set(from "${CMAKE_CURRENT_SOURCE_DIR}/${file}")
  set(to "${CMAKE_CURRENT_BINARY_DIR}/${file}.cpp")
  add_custom_command(OUTPUT "${to}" VERBATIM
    COMMAND "${CMAKE_COMMAND}" "-DOV_EMBED_FROM=${from}" "-DOV_EMBED_TO=${to}" "-DOV_EMBED_NAME=${name}"
      -P "${OV_EMBED_SCRIPT}"
    DEPENDS "${from}" "${OV_EMBED_SCRIPT}")
  target_sources(${target} PRIVATE "${to}")
endfunction()
