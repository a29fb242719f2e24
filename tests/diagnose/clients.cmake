# SPDX-License-Identifier: Apache-2.0
# src/diagnose: readers of clients' logs. What a reader gives to the tracker is recorded on the way.
set(d ${CMAKE_CURRENT_LIST_DIR})
set(clients_seen tug_dg_frame tug_dg_octets tug_dg_code tug_dg_silent tug_dg_image_list tug_dg_command tug_dg_link_up
  tug_dg_link_down tug_dg_link_mtu tug_dg_step tug_dg_session)
list(TRANSFORM clients_seen PREPEND "-Wl,--wrap=")

if(TARGET tug_diagnose)
  tug_test(diagnose_clients SOURCES ${d}/clients_test.c LIBS tug_diagnose)
  target_link_options(diagnose_clients PRIVATE ${clients_seen})
endif()
