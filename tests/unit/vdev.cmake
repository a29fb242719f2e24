# SPDX-License-Identifier: Apache-2.0
if(TARGET tug_vdev AND TARGET tug_client AND TARGET tug_imgtool)
  foreach(part state time store run app link field)
    tug_test(vdev_${part} SOURCES ${CMAKE_CURRENT_LIST_DIR}/vdev_${part}.c LIBS tug_desk tug_vdev tug_imgtool LABELS quick)
    target_compile_definitions(vdev_${part} PRIVATE _GNU_SOURCE)
  endforeach()
  # its many updates take longer where sanitizers or coverage slow them down
  set_tests_properties(vdev_link PROPERTIES TIMEOUT 300)
endif()
