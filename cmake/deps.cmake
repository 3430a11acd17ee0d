# Every package the project links, found once. All are Debian 12 packages; `./dev deps` installs them.

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json)
find_package(cppzmq REQUIRED)
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(prometheus-cpp REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(RocksDB REQUIRED)
find_package(ZLIB REQUIRED)

# Debian's libmsgpack-cxx-dev depends on Boost 1.74 and so cannot be installed beside 1.81. It is header-only:
# `./dev deps` unpacks it below build/deps.
find_path(MSGPACK_INCLUDE_DIR msgpack.hpp
  HINTS ${CMAKE_SOURCE_DIR}/build/deps/msgpack/usr/include $ENV{LONGWIRE_MSGPACK_DIR}/usr/include)
if(NOT MSGPACK_INCLUDE_DIR)
  message(FATAL_ERROR "msgpack.hpp not found: run ./dev deps first")
endif()
add_library(msgpack_cxx INTERFACE)
target_include_directories(msgpack_cxx SYSTEM INTERFACE ${MSGPACK_INCLUDE_DIR})
target_compile_definitions(msgpack_cxx INTERFACE MSGPACK_NO_BOOST)

if(LONGWIRE_TESTS)
  find_package(GTest REQUIRED)
  include(GoogleTest)
endif()
