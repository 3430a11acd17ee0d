#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/result.h"

/// Signatures of the Standard Webhooks specification, scheme v1: HMAC-SHA256 with a secret that both sides have.
namespace longwire::webhook {

inline constexpr std::size_t kSecretsMax = 2;

/// Reads secrets, one to a line: "whsec_" and 24 to 64 bytes in base64. Lines that are empty or begin with '#' say
/// nothing. One or two: while a secret is being replaced, both sign. Errors: bad_request.
Result<std::vector<std::string>> read_secrets(std::string_view text);

/// A line of such a file, of 32 bytes.
std::string show_secret(std::string_view bytes);

/// What goes into the header webhook-signature: one signature for each secret.
std::string sign(const std::vector<std::string>& secrets, std::string_view id, std::int64_t timestamp_s,
                 std::string_view body);

/// The id under which a receiver knows a delivery, through all attempts: no '.' is in it, which parts what is signed,
/// and no two realms share one.
std::string message_id(std::string_view realm, std::string_view task);

}  // namespace longwire::webhook
