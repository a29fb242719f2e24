# SPDX-License-Identifier: Apache-2.0
# One cut at every operation by default; the label `sweep` adds the large device, noise over many seeds, and a second
# cut at every operation of the boot after the first on some devices, `sweep-10m` on all.
if(TARGET tug_boot AND TARGET tug_port_sim)
  add_executable(powerloss ${CMAKE_CURRENT_LIST_DIR}/sweep.c ${CMAKE_CURRENT_LIST_DIR}/scenarios.c
    ${CMAKE_CURRENT_LIST_DIR}/world.c ${CMAKE_CURRENT_LIST_DIR}/cipher.c)
  target_include_directories(powerloss PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(powerloss PRIVATE tug_boot tug_port_sim tug_flags)
  target_compile_options(powerloss PRIVATE -O1) # a quarter million runs, also in Debug builds
  # with sanitizers a tenth of them; ./check runs all of them without
  set(sample "")
  if(TUG_SANITIZE)
    set(sample --sample 10)
  endif()
  add_test(NAME powerloss_move COMMAND powerloss ${sample} --only move:)
  add_test(NAME powerloss_overwrite COMMAND powerloss ${sample} --only overwrite)
  add_test(NAME powerloss_scratch COMMAND powerloss ${sample} --only scratch:)
  add_test(NAME powerloss_encrypted COMMAND powerloss ${sample} --encrypted --only :grows)
  if(NOT TUG_SANITIZE) # with those above over a million
    add_test(NAME powerloss_noise COMMAND powerloss --seeds 12)
    set_tests_properties(powerloss_noise PROPERTIES LABELS powerloss TIMEOUT 1200)
  endif()
  set_tests_properties(powerloss_encrypted powerloss_move powerloss_scratch powerloss_overwrite PROPERTIES LABELS powerloss TIMEOUT 1200)

  # `sweep` is part of every complete check; `sweep-10m` is over ten million cuts, for a night or a release
  function(tug_sweep label name)
    add_test(NAME powerloss_${name} COMMAND powerloss ${ARGN})
    set_tests_properties(powerloss_${name} PROPERTIES LABELS ${label} TIMEOUT 7200)
  endfunction()
  tug_sweep(sweep large --large --only :4k-w4-128k-slots:)
  tug_sweep(sweep double_encrypted --encrypted --double --only :1k-w8:grows)
  foreach(device 1k-w8 512-w4-long-trailer 1k-w4-erased-0 mixed-sectors smaller-secondary growing-sectors)
    tug_sweep(sweep double_${device} --double --only :${device}:grows)
  endforeach()
  tug_sweep(sweep-10m many_seeds --seeds 24)
  tug_sweep(sweep-10m all_encrypted --encrypted)
  foreach(device 1k-w1 2k-w16 1k-w4-a32 256-w8-long-trailer 2k-w16-erased-0 1k-w4-one-more)
    tug_sweep(sweep-10m double_${device} --double --only :${device}:grows)
  endforeach()
  foreach(device 4k-w4 4k-w32 mixed-sectors)
    tug_sweep(sweep-10m double_${device}_equal --double --only :${device}:equal)
  endforeach()
  foreach(device 1k-w8 512-w4-long-trailer 1k-w4-one-more growing-sectors)
    tug_sweep(sweep-10m double_${device}_shrinks --double --only :${device}:shrinks)
  endforeach()
  # seeded faults in src/boot: the sweep has to find every one
  if(Python3_EXECUTABLE)
    add_test(NAME powerloss_mutants COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/mutate.py ${CMAKE_BINARY_DIR})
    set_tests_properties(powerloss_mutants PROPERTIES LABELS sweep TIMEOUT 3600 PROCESSORS 2)
  endif()
endif()
