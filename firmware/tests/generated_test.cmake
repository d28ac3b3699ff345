# The committed C of the wire format is what protoc-c makes of the .proto:
# cmake -DPROTOC_C=... -DPROTO_DIR=... -DGENERATED_DIR=... -DOUTPUT_DIR=... -P generated_test.cmake
file(MAKE_DIRECTORY "${OUTPUT_DIR}")
execute_process(
    COMMAND "${PROTOC_C}" "--c_out=${OUTPUT_DIR}" power_measurement.proto
    WORKING_DIRECTORY "${PROTO_DIR}"
    RESULT_VARIABLE code)
if(NOT code EQUAL 0)
    message(FATAL_ERROR "protoc-c failed: ${code}")
endif()
foreach(file power_measurement.pb-c.c power_measurement.pb-c.h)
    execute_process(COMMAND "${CMAKE_COMMAND}" -E compare_files "${OUTPUT_DIR}/${file}" "${GENERATED_DIR}/${file}"
                    RESULT_VARIABLE code)
    if(NOT code EQUAL 0)
        message(FATAL_ERROR "${file} is out of date: run protoc-c as firmware/README.md says")
    endif()
endforeach()
