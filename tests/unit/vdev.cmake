# SPDX-License-Identifier: Apache-2.0
if(TARGET tug_vdev AND TARGET tug_client)
  foreach(part state time store run link)
    tug_test(vdev_${part} SOURCES ${CMAKE_CURRENT_LIST_DIR}/vdev_${part}.c LIBS tug_desk tug_vdev LABELS quick)
    target_compile_definitions(vdev_${part} PRIVATE _GNU_SOURCE)
  endforeach()
endif()
