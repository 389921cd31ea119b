# Warnings that every file of the project obeys; the presets turn them into errors.
option(OV_WERROR "Treat warnings as errors" OFF)
add_library(ov_warnings INTERFACE)
target_compile_options(ov_warnings INTERFACE -Wall -Wextra -Wshadow -Wno-missing-field-initializers)
if(OV_WERROR)
  target_compile_options(ov_warnings INTERFACE -Werror)
endif()
