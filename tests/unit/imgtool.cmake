# SPDX-License-Identifier: Apache-2.0
# What signing adds for a host: the words of its command line, private halves, builds in pieces, big-endian images.
set(d ${CMAKE_CURRENT_LIST_DIR})
if(TARGET tug_imgtool)
  foreach(t text build private big compress)
    tug_test(test_imgtool_${t} SOURCES ${d}/imgtool_${t}.c LIBS tug_imgtool)
    target_compile_definitions(test_imgtool_${t} PRIVATE _XOPEN_SOURCE=700)
  endforeach()
endif()
if(TARGET tug_imgtool AND TARGET tug_lzma)
  tug_test(test_image_packed SOURCES ${d}/image_packed.c LIBS tug_imgtool tug_lzma)
endif()
