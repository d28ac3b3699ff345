# Compiles, without linking, the files of the ESP-IDF port for one target against the stub headers:
# cmake [-DCC=COMPILER] -DFIRMWARE_DIR=FOLDER -DIDF_TARGET=esp32|linux -DOUTPUT_DIR=FOLDER -P port_test.cmake
cmake_minimum_required(VERSION 3.18)
set(main_dir ${FIRMWARE_DIR}/main)

# The files are those that the component itself names.
function(idf_component_register)
    cmake_parse_arguments(PARSE_ARGV 0 component "" "" "SRCS;PRIV_INCLUDE_DIRS;PRIV_REQUIRES")
    set(sources ${component_SRCS} PARENT_SCOPE)
    set(include_dirs ${component_PRIV_INCLUDE_DIRS} PARENT_SCOPE)
endfunction()
function(target_compile_options)
endfunction()
include(${main_dir}/CMakeLists.txt)

file(GLOB present RELATIVE ${main_dir} ${main_dir}/*.c ${main_dir}/${IDF_TARGET}/*.c)
foreach(file IN LISTS present)
    if(NOT file IN_LIST sources)
        message(SEND_ERROR "main/CMakeLists.txt doesn't name ${file}")
    endif()
endforeach()

set(sdkconfig_dir ${OUTPUT_DIR}/${IDF_TARGET})
execute_process(COMMAND ${CMAKE_COMMAND} -DMAIN_DIR=${main_dir} -DIDF_TARGET=${IDF_TARGET}
                        -DOUTPUT=${sdkconfig_dir}/sdkconfig.h -P ${CMAKE_CURRENT_LIST_DIR}/port_sdkconfig.cmake
                RESULT_VARIABLE result)
if(NOT result EQUAL 0)
    message(FATAL_ERROR "no sdkconfig.h")
endif()

file(GLOB component_includes ${FIRMWARE_DIR}/components/*/include)
set(flags -std=gnu17 -fsyntax-only -Wall -Wextra -Werror -I${sdkconfig_dir} -I${CMAKE_CURRENT_LIST_DIR}/idf_stubs)
foreach(dir IN LISTS include_dirs)
    list(APPEND flags -I${main_dir}/${dir})
endforeach()
foreach(dir IN LISTS component_includes)
    list(APPEND flags -I${dir})
endforeach()

# For other tools, such as clang-tidy; without a compiler that is all.
set(commands)
foreach(source IN LISTS sources)
    list(JOIN flags " " command)
    list(APPEND commands
         "{\"directory\": \"${main_dir}\", \"command\": \"cc ${command} ${source}\", \"file\": \"${main_dir}/${source}\"}")
endforeach()
list(JOIN commands ",\n" commands)
file(WRITE ${sdkconfig_dir}/compile_commands.json "[${commands}]\n")
if(NOT CC)
    return()
endif()

foreach(source IN LISTS sources)
    execute_process(COMMAND ${CC} ${flags} ${main_dir}/${source} RESULT_VARIABLE result)
    if(NOT result EQUAL 0)
        message(SEND_ERROR "${source}")
    endif()
endforeach()
list(LENGTH sources count)
message(STATUS "${count} files compiled for ${IDF_TARGET}")
