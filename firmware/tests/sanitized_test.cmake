# Builds everything under AddressSanitizer and UndefinedBehaviorSanitizer and runs its tests:
# cmake -DCTEST=... -DSOURCE_DIR=... -DBUILD_DIR=... -DGENERATOR=... -P sanitized_test.cmake
function(run)
    execute_process(COMMAND ${ARGN} RESULT_VARIABLE code OUTPUT_VARIABLE output ERROR_VARIABLE output)
    if(NOT code EQUAL 0)
        message(FATAL_ERROR "${ARGN}: ${code}\n${output}")
    endif()
endfunction()

run("${CMAKE_COMMAND}" -S "${SOURCE_DIR}" -B "${BUILD_DIR}" -G "${GENERATOR}" -DPM_SANITIZE=ON)
run("${CMAKE_COMMAND}" --build "${BUILD_DIR}")
run("${CTEST}" --test-dir "${BUILD_DIR}" --output-on-failure)
