# SPDX-License-Identifier: Apache-2.0
# Parsers of the image format and of the files that carry it.
if(TARGET tug_image)
  foreach(n open trailer version)
    tug_fuzzer(image_${n} SOURCES ${CMAKE_CURRENT_LIST_DIR}/fuzz_image_${n}.c LIBS tug_image)
  endforeach()
endif()
if(TARGET tug_imgtool)
  foreach(n ihex key check words sign decrypt)
    tug_fuzzer(image_${n} SOURCES ${CMAKE_CURRENT_LIST_DIR}/fuzz_image_${n}.c LIBS tug_imgtool)
  endforeach()
endif()
