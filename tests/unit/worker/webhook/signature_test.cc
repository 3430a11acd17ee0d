#include "worker/webhook/signature.h"

#include <gtest/gtest.h>

namespace longwire::webhook {
namespace {

constexpr const char* kExampleSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

TEST(WebhookSignatureTest, IsThatOfThePublishedExample) {
    const auto secrets = read_secrets(kExampleSecret);
    ASSERT_TRUE(secrets) << secrets.error().message;
    EXPECT_EQ(sign(*secrets, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, R"({"test": 2432232314})"),
              "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(WebhookSignatureTest, TwoSecretsSignBoth) {
    const std::string other = show_secret(std::string(32, 'x'));
    const auto secrets = read_secrets(std::string(kExampleSecret) + "\n# the old one\n\n  " + other + "\r\n");
    ASSERT_TRUE(secrets) << secrets.error().message;
    const std::string signatures =
        sign(*secrets, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, R"({"test": 2432232314})");
    EXPECT_EQ(signatures,
              "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE= " +
                  sign({std::string(32, 'x')}, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, R"({"test": 2432232314})"));
}

TEST(WebhookSignatureTest, WhatIsSignedIsAllOfIt) {
    const std::vector<std::string> secrets{std::string(32, 'k')};
    const auto signature = sign(secrets, "id", 1, "body");
    EXPECT_NE(sign(secrets, "ie", 1, "body"), signature);
    EXPECT_NE(sign(secrets, "id", 2, "body"), signature);
    EXPECT_NE(sign(secrets, "id", 1, "bodz"), signature);
    EXPECT_NE(sign({std::string(32, 'l')}, "id", 1, "body"), signature);
}

TEST(WebhookSignatureTest, ASecretHasItsForm) {
    const std::string good = show_secret(std::string(24, 'x'));
    EXPECT_TRUE(read_secrets(good));
    EXPECT_TRUE(read_secrets(show_secret(std::string(64, 'x')) + "\n" + good));
    for (const std::string& text :
         {std::string(), std::string("# nothing\n"), good.substr(6), "whsec_" + std::string("not base64!"),
          show_secret(std::string(23, 'x')), show_secret(std::string(65, 'x')), good + "\n" + good + "\n" + good}) {
        const auto secrets = read_secrets(text);
        ASSERT_FALSE(secrets) << text;
        EXPECT_EQ(secrets.error().field, "secret-file");
    }
}

TEST(WebhookSignatureTest, AMessagesIdIsItsTasksAndNeverEndsWhatIsSigned) {
    const auto id = message_id("acme", "longwire.webhook.t.3");
    EXPECT_NE(id, message_id("acme", "longwire.webhook.t.6"));
    EXPECT_NE(id, message_id("other", "longwire.webhook.t.3"));
    EXPECT_EQ(id, "lw_341fa4e4ef2d547187dcae69c4692ff3") << "receivers know what they have seen by it";
}

}  // namespace
}  // namespace longwire::webhook
