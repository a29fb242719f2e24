# SPDX-License-Identifier: Apache-2.0
# The client side: request machine, upload engine, planner, whole updates against a device written for it.
set(d ${CMAKE_CURRENT_LIST_DIR})
if(TARGET tug_client)
  foreach(t request upload plan state update)
    if(EXISTS ${d}/client_${t}.c)
      tug_test(client_${t} SOURCES ${d}/client_${t}.c ${d}/client_fake.c ${d}/client_fake_run.c LIBS tug_client)
      target_compile_definitions(client_${t} PRIVATE _POSIX_C_SOURCE=200809L)
    endif()
  endforeach()
endif()
