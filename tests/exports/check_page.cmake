# Compares docs/coverage.md with the page that this build generates.
execute_process(COMMAND ${CMAKE_COMMAND} -E compare_files ${COMMITTED} ${GENERATED}
                RESULT_VARIABLE differs)
if(differs)
  message(FATAL_ERROR "${COMMITTED} is out of date: ninja -C build coverage-page, and commit it")
endif()
