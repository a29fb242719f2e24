# SPDX-License-Identifier: Apache-2.0
# A virtual device and tug_update on one clock; linked by the tests that want it.
if(TARGET tug_vdev AND TARGET tug_client)
  add_library(tug_desk STATIC ${CMAKE_CURRENT_LIST_DIR}/desk.c ${CMAKE_CURRENT_LIST_DIR}/desk_device.c)
  target_include_directories(tug_desk PUBLIC ${CMAKE_CURRENT_LIST_DIR} ${PROJECT_SOURCE_DIR})
  target_link_libraries(tug_desk PUBLIC tug_client tug_vdev PRIVATE tug_flags)
endif()
