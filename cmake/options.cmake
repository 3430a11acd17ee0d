# How every target of the project is compiled. Warnings are errors; sanitizers are chosen by preset.

option(LONGWIRE_TESTS "Build the tests" ON)
option(LONGWIRE_BENCH "Build the benchmarks" OFF)
option(LONGWIRE_FUZZ "Build the fuzz targets with libFuzzer; needs clang" OFF)
option(LONGWIRE_WERROR "Treat warnings as errors" ON)
set(LONGWIRE_SANITIZE "" CACHE STRING "Sanitizers: empty, 'address,undefined' or 'thread'")

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()
find_program(LLD ld.lld)
if(LLD)
  add_link_options(-fuse-ld=lld)
endif()

add_library(longwire_options INTERFACE)
target_include_directories(longwire_options INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(longwire_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wold-style-cast -Wnon-virtual-dtor
  # Clang counts signedness to -Wconversion, GCC does not: hold both to the same.
  $<$<CXX_COMPILER_ID:Clang>:-Wno-sign-conversion>
  # GCC 12 takes the unused alternatives of a std::variant for uninitialised members once it optimises.
  $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>
  $<$<BOOL:${LONGWIRE_WERROR}>:-Werror>)
if(NOT CMAKE_BUILD_TYPE STREQUAL "Release")
  target_compile_definitions(longwire_options INTERFACE _GLIBCXX_ASSERTIONS)
endif()

if(LONGWIRE_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "LONGWIRE_FUZZ needs clang, which brings libFuzzer: use the preset fuzz")
  endif()
  # Coverage for every file, so that the fuzzer sees into the libraries; only the targets get its main.
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

if(LONGWIRE_SANITIZE)
  add_compile_options(-fsanitize=${LONGWIRE_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${LONGWIRE_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # The checks that a sanitizer inserts lead GCC's flow analysis astray: it warns about code that is right.
    add_compile_options(-Wno-stringop-overflow -Wno-array-bounds)
  endif()
  if(LONGWIRE_SANITIZE MATCHES "undefined")
    add_compile_options(-fno-sanitize-recover=undefined)
  endif()
  if(LONGWIRE_SANITIZE MATCHES "thread")
    # Asio uses atomic_thread_fence, which GCC warns about under TSan.
    add_compile_options(-Wno-tsan)
  endif()
endif()

# Files that instantiate Beast are heavy: under UBSan each would take minutes (measured), so they go without.
# To be called in the folder that makes the target.
function(longwire_heavy_sources)
  if(LONGWIRE_SANITIZE MATCHES "undefined")
    set_source_files_properties(${ARGN} PROPERTIES COMPILE_OPTIONS -fno-sanitize=undefined)
  endif()
endfunction()

# longwire_library(NAME SOURCES... [LINK targets...])
function(longwire_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINK" ${ARGN})
  add_library(${name} STATIC ${arg_SOURCES})
  target_link_libraries(${name} PUBLIC ${arg_LINK} PRIVATE longwire_options)
  target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR})
endfunction()

# All programs and no tests: what `./dev run` builds.
add_custom_target(programs)

# longwire_program(NAME SOURCES... [LINK targets...])
function(longwire_program name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LINK} longwire_options)
  add_dependencies(programs ${name})
  install(TARGETS ${name} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endfunction()
