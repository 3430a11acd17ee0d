#include "protocol/base64.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/unit/protocol/bytes.h"

namespace longwire {
namespace {

using namespace std::string_view_literals;

std::string base64(std::string_view bytes) {
    std::string out;
    append_base64(bytes, out);
    return out;
}

TEST(Base64, GivesTheVectorsOfRfc4648) {
    EXPECT_EQ(base64(""), "");
    EXPECT_EQ(base64("f"), "Zg==");
    EXPECT_EQ(base64("fo"), "Zm8=");
    EXPECT_EQ(base64("foo"), "Zm9v");
    EXPECT_EQ(base64("foob"), "Zm9vYg==");
    EXPECT_EQ(base64("fooba"), "Zm9vYmE=");
    EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
}

TEST(Base64, UsesTheWholeAlphabet) {
    const auto every = testing::from_hex(
        "00108310518720928b30d38f41149351559761969b71d79f8218a39259a7a29aabb2dbafc31cb3d35db7e39ebbf3dfbf");
    EXPECT_EQ(base64(every), "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
    EXPECT_EQ(base64("\xFB\xFF\xBF"), "+/+/");
    EXPECT_EQ(base64("\xFF\xFF\xFF"), "////");
    EXPECT_EQ(base64("\0\0"sv), "AAA=");
}

TEST(Base64, AppendsToWhatIsThere) {
    std::string out = "data:";
    append_base64("fo", out);
    EXPECT_EQ(out, "data:Zm8=");
}

TEST(Base64, WhatWasEncodedIsDecoded) {
    for (const std::string bytes : {"", "f", "fo", "foo", "foob", "fooba", "foobar", "\xff\xfe\xfd"}) {
        std::string text;
        append_base64(bytes, text);
        EXPECT_EQ(decode_base64(text), bytes);
        while (text.ends_with('=')) text.pop_back();
        EXPECT_EQ(decode_base64(text), bytes);
    }
}

TEST(Base64, WhatIsNoneIsRefused) {
    for (const char* text :
         {"A", "AAAAA", "A===", "=", "====", "Zg=", "Zg==Zg==", "Zh==", "Zm9=", "Zm 9", "Zm9-", "Zm9_", "Z=g="}) {
        EXPECT_FALSE(decode_base64(text)) << text;
    }
}

}  // namespace
}  // namespace longwire
