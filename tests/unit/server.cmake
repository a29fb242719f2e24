# SPDX-License-Identifier: Apache-2.0
# The device side: dispatch, groups, slot states, uploads, captured frames, random operation.
set(d ${CMAKE_CURRENT_LIST_DIR})
if(TARGET tug_server AND TARGET tug_port_sim)
  foreach(t dispatch os state upload recovery vectors random)
    if(EXISTS ${d}/server_${t}.c)
      tug_test(test_server_${t} SOURCES ${d}/server_${t}.c ${d}/server_fix.c LIBS tug_server tug_port_sim)
    endif()
  endforeach()
endif()
