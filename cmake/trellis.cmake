# The one way to make a target: every source listed, every dependency named.

add_library(trellis_options INTERFACE)
target_compile_options(trellis_options INTERFACE
  -Wall -Wextra -Wshadow -Wconversion -Wnon-virtual-dtor -Wold-style-cast
  $<$<CXX_COMPILER_ID:Clang>:-Wthread-safety>
  $<$<BOOL:${TRELLIS_WERROR}>:-Werror>)
target_include_directories(trellis_options INTERFACE ${CMAKE_SOURCE_DIR})

# The packages' headers are not ours to warn about, and neither is generated code.
if(TRELLIS_SANITIZE)
  add_compile_options(-fsanitize=${TRELLIS_SANITIZE} -fno-sanitize-recover=all
                      -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${TRELLIS_SANITIZE})
  # GCC 12 sees uninitialised reads in its own library where sanitizers have rewritten it.
  target_compile_options(trellis_options INTERFACE
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  # Debian's RocksDB says nothing of its types at run time, and Clang's check of them asks.
  if(CMAKE_CXX_COMPILER_ID STREQUAL Clang)
    add_compile_options(-fno-sanitize=vptr)
  endif()
  # ThreadSanitizer remembers the most it can: a report without its second stack cannot be judged.
  set(TRELLIS_SANITIZER_ENV
    LSAN_OPTIONS=suppressions=${CMAKE_SOURCE_DIR}/tests/support/lsan.supp
    TSAN_OPTIONS=suppressions=${CMAKE_SOURCE_DIR}/tests/support/tsan.supp:history_size=7)
endif()
# The allocator of what serves: a sixth less processor time than the C library's where many small
# messages come and go on many threads. Sanitizers bring their own.
add_library(trellis_allocator INTERFACE)
add_library(trellis::allocator ALIAS trellis_allocator)
if(NOT TRELLIS_SANITIZE)
  find_library(JEMALLOC jemalloc REQUIRED)
  target_link_libraries(trellis_allocator INTERFACE
    -Wl,--push-state,--no-as-needed ${JEMALLOC} -Wl,--pop-state)
endif()

# Line tables are enough for a backtrace, and halve what the linker has to write.
string(REPLACE "-g" "-g1" CMAKE_CXX_FLAGS_RELWITHDEBINFO "${CMAKE_CXX_FLAGS_RELWITHDEBINFO}")
string(REPLACE "-g" "-g1 -O1" CMAKE_CXX_FLAGS_DEBUG "${CMAKE_CXX_FLAGS_DEBUG}")

# trellis_library(name SRCS a.cc HDRS a.h DEPS trellis::base absl::status)
function(trellis_library name)
  cmake_parse_arguments(ARG "" "" "SRCS;HDRS;DEPS" ${ARGN})
  add_library(trellis_${name} STATIC ${ARG_SRCS} ${ARG_HDRS})
  add_library(trellis::${name} ALIAS trellis_${name})
  target_link_libraries(trellis_${name} PUBLIC ${ARG_DEPS} PRIVATE trellis_options)
  target_include_directories(trellis_${name} PUBLIC ${CMAKE_SOURCE_DIR})
endfunction()

# trellis_binary(name SRCS main.cc DEPS ...)
function(trellis_binary name)
  cmake_parse_arguments(ARG "" "" "SRCS;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SRCS})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} trellis_options)
endfunction()

# trellis_test(name LABEL unit SRCS x_test.cc DEPS ... ENV A=B)
function(trellis_test name)
  cmake_parse_arguments(ARG "" "LABEL" "SRCS;DEPS;ENV" ${ARGN})
  add_executable(${name} ${ARG_SRCS})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} GTest::gmock_main trellis_options)
  add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  list(APPEND ARG_ENV ${TRELLIS_SANITIZER_ENV})
  set_tests_properties(${name} PROPERTIES LABELS ${ARG_LABEL} ENVIRONMENT "${ARG_ENV}")
endfunction()
