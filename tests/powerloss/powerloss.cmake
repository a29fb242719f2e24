# SPDX-License-Identifier: Apache-2.0
if(TARGET tug_boot AND TARGET tug_port_sim)
  add_executable(powerloss ${CMAKE_CURRENT_LIST_DIR}/sweep.c ${CMAKE_CURRENT_LIST_DIR}/scenarios.c
    ${CMAKE_CURRENT_LIST_DIR}/world.c)
  target_include_directories(powerloss PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(powerloss PRIVATE tug_boot tug_port_sim tug_flags)
  add_test(NAME powerloss COMMAND powerloss)
  set_tests_properties(powerloss PROPERTIES LABELS powerloss TIMEOUT 300)
endif()
