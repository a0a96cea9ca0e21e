// NTSTATUS values that tests expect, without Windows headers.
#pragma once

#include <cstdint>

namespace ksbox::testing::status {
inline constexpr std::uint32_t success = 0;
inline constexpr std::uint32_t pending = 0x103;
inline constexpr std::uint32_t buffer_overflow = 0x80000005;
inline constexpr std::uint32_t unsuccessful = 0xC0000001;
inline constexpr std::uint32_t access_violation = 0xC0000005;
inline constexpr std::uint32_t invalid_handle = 0xC0000008;
inline constexpr std::uint32_t invalid_parameter = 0xC000000D;
inline constexpr std::uint32_t invalid_device_request = 0xC0000010;
inline constexpr std::uint32_t buffer_too_small = 0xC0000023;
inline constexpr std::uint32_t object_name_collision = 0xC0000035;
inline constexpr std::uint32_t allotted_space_exceeded = 0xC0000099;
inline constexpr std::uint32_t device_not_ready = 0xC00000A3;
inline constexpr std::uint32_t cancelled = 0xC0000120;
inline constexpr std::uint32_t invalid_device_state = 0xC0000184;
inline constexpr std::uint32_t io_device_error = 0xC0000185;
inline constexpr std::uint32_t invalid_buffer_size = 0xC0000206;
inline constexpr std::uint32_t not_found = 0xC0000225;
inline constexpr std::uint32_t propset_not_found = 0xC0000230;
inline constexpr std::uint32_t no_match = 0xC0000272;
inline constexpr std::uint32_t objectid_exists = 0xC000022B;
inline constexpr std::uint32_t device_busy = 0x80000011;
inline constexpr std::uint32_t no_memory = 0xC0000017;
inline constexpr std::uint32_t access_denied = 0xC0000022;
inline constexpr std::uint32_t insufficient_resources = 0xC000009A;
inline constexpr std::uint32_t not_supported = 0xC00000BB;
} // namespace ksbox::testing::status
