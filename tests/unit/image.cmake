# SPDX-License-Identifier: Apache-2.0
# The image format: container, verification, trailer, crypto port, and the host tool's library.
set(d ${CMAKE_CURRENT_LIST_DIR})
if(TARGET tug_image AND TARGET tug_crypto_openssl)
  foreach(t header tlv verify crypto trailer)
    if(EXISTS ${d}/image_${t}.c)
      tug_test(test_image_${t} SOURCES ${d}/image_${t}.c ${d}/image_vec.c LIBS tug_image tug_crypto_openssl)
    endif()
  endforeach()
endif()
