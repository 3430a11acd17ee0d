#include "worker/webhook/signature.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

#include "protocol/base64.h"
#include "protocol/node/sha256.h"

namespace longwire::webhook {
namespace {

constexpr std::string_view kPrefix = "whsec_";
constexpr std::size_t kSecretBytesMin = 24;
constexpr std::size_t kSecretBytesMax = 64;
constexpr std::size_t kIdDigits = 32;

Error refused(std::string message) {
    return bad_request("secret-file", std::move(message));
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kBlank = " \t\r";
    const auto first = text.find_first_not_of(kBlank);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

std::string hmac_sha256(std::string_view key, std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
    unsigned size = 0;
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
         text.size(), digest.data(), &size);
    return {reinterpret_cast<const char*>(digest.data()), size};
}

}  // namespace

Result<std::vector<std::string>> read_secrets(std::string_view text) {
    std::vector<std::string> secrets;
    while (!text.empty()) {
        const auto end = text.find('\n');
        const auto line = trimmed(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (line.empty() || line.starts_with('#')) continue;
        if (!line.starts_with(kPrefix)) return refused("a secret begins with whsec_");
        auto secret = decode_base64(line.substr(kPrefix.size()));
        if (!secret) return refused("a secret is in base64 behind whsec_");
        if (secret->size() < kSecretBytesMin || secret->size() > kSecretBytesMax) {
            return refused("a secret has 24 to 64 bytes");
        }
        secrets.push_back(std::move(*secret));
    }
    if (secrets.empty()) return refused("has no secret");
    if (secrets.size() > kSecretsMax) return refused("has more than two secrets");
    return secrets;
}

std::string show_secret(std::string_view bytes) {
    std::string text(kPrefix);
    append_base64(bytes, text);
    return text;
}

std::string sign(const std::vector<std::string>& secrets, std::string_view id, std::int64_t timestamp_s,
                 std::string_view body) {
    std::string signed_text(id);
    signed_text.append(".").append(std::to_string(timestamp_s)).append(".").append(body);
    std::string signatures;
    for (const auto& secret : secrets) {
        signatures += signatures.empty() ? "v1," : " v1,";
        append_base64(hmac_sha256(secret, signed_text), signatures);
    }
    return signatures;
}

std::string message_id(std::string_view realm, std::string_view task) {
    Sha256 hash;
    hash.add(realm);
    hash.add("/");
    hash.add(task);
    return "lw_" + hash.hex().substr(0, kIdDigits);
}

}  // namespace longwire::webhook
