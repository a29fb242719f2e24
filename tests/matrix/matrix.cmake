# SPDX-License-Identifier: Apache-2.0
if(TARGET tug_vdev AND TARGET tug_client AND TARGET tug_imgtool)
  add_executable(matrix ${CMAKE_CURRENT_LIST_DIR}/matrix.c)
  target_link_libraries(matrix PRIVATE tug_desk tug_imgtool tug_flags)
  add_test(NAME update_matrix COMMAND matrix ${CMAKE_CURRENT_LIST_DIR}/expected.tsv)
  set_tests_properties(update_matrix PROPERTIES LABELS quick TIMEOUT 600)
endif()
