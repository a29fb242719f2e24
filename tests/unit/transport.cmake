# SPDX-License-Identifier: Apache-2.0
if(TARGET tug_transport)
  foreach(part url udp serial pty)
    tug_test(transport_${part} SOURCES ${CMAKE_CURRENT_LIST_DIR}/transport_${part}.c LIBS tug_transport LABELS unit)
    # ptys, and what <uv.h> needs itself
    target_compile_definitions(transport_${part} PRIVATE _GNU_SOURCE)
  endforeach()
endif()
