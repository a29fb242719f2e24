# SPDX-License-Identifier: Apache-2.0
# src/diagnose: readers of clients' logs. What a reader gives to the tracker is recorded on the way.
set(d ${CMAKE_CURRENT_LIST_DIR})
set(clients_seen tug_dg_frame tug_dg_octets tug_dg_code tug_dg_silent tug_dg_image_list tug_dg_command tug_dg_link_up
  tug_dg_link_down tug_dg_link_mtu tug_dg_step tug_dg_session)
list(TRANSFORM clients_seen PREPEND "-Wl,--wrap=")

if(TARGET tug_diagnose)
  foreach(name clients clients_more)
    tug_test(diagnose_${name} SOURCES ${d}/${name}_test.c LIBS tug_diagnose)
    target_include_directories(diagnose_${name} PRIVATE ${d})
    target_link_options(diagnose_${name} PRIVATE ${clients_seen})
  endforeach()
endif()
