# SPDX-License-Identifier: Apache-2.0
if(TARGET tug_client)
  tug_fuzzer(client SOURCES ${CMAKE_CURRENT_LIST_DIR}/fuzz_client_request.c LIBS tug_client)
  tug_fuzzer(update SOURCES ${CMAKE_CURRENT_LIST_DIR}/fuzz_client_update.c LIBS tug_client)
endif()
