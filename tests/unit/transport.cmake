# SPDX-License-Identifier: Apache-2.0
if(TARGET tug_transport)
  foreach(part url udp serial pty)
    tug_test(transport_${part} SOURCES ${CMAKE_CURRENT_LIST_DIR}/transport_${part}.c LIBS tug_transport LABELS unit)
    # ptys, and what <uv.h> needs itself
    target_compile_definitions(transport_${part} PRIVATE _GNU_SOURCE)
  endforeach()
endif()
if(TARGET tug_transport AND EXISTS ${PROJECT_SOURCE_DIR}/bench/lane.c)
  tug_test(transport_lane SOURCES ${CMAKE_CURRENT_LIST_DIR}/transport_lane.c ${PROJECT_SOURCE_DIR}/bench/lane.c
    LIBS tug_transport LABELS unit)
  target_compile_definitions(transport_lane PRIVATE _GNU_SOURCE)
endif()
