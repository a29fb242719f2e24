# SPDX-License-Identifier: Apache-2.0
# Encrypted images on the host: imgtool's golden ones opened, round trips around a piece, refusals.
set(d ${CMAKE_CURRENT_LIST_DIR})
if(TARGET tug_imgtool)
  find_package(OpenSSL 3.0 REQUIRED)
  tug_test(test_imgtool_encrypt SOURCES ${d}/imgtool_encrypt.c ${d}/image_vec.c LIBS tug_imgtool OpenSSL::Crypto)
  target_compile_definitions(test_imgtool_encrypt PRIVATE _XOPEN_SOURCE=700)
endif()
