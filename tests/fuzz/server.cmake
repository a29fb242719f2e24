# SPDX-License-Identifier: Apache-2.0
if(TARGET tug_server AND TARGET tug_port_sim)
  tug_fuzzer(server SOURCES ${CMAKE_CURRENT_LIST_DIR}/fuzz_server.c LIBS tug_server tug_port_sim)
endif()
