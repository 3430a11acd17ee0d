#include <cstdlib>
#include <iostream>

#include "protocol/command.h"
#include "worker/sdk/worker_program.h"
#include "worker/webhook/webhook_kind.h"

int main(int argc, char** argv) {
    longwire::webhook::WebhookOptions options;
    longwire::WorkerOptions defaults;
    defaults.capacity = 32;  // it mostly waits
    longwire::WorkerProgram program("longwire-worker-webhook", "Tells webhooks how tasks have ended.", defaults);
    longwire::webhook::declare_webhook_settings(program.config(), options);
    return program.main(argc, argv, [&](longwire::Worker& worker) {
        auto handler = longwire::webhook::webhook_handler(options);
        if (!handler) {
            std::cerr << "longwire-worker-webhook: " << describe(handler.error()) << '\n';
            std::exit(longwire::kExitUsage);
        }
        worker.serve(std::string(longwire::kWebhookKind), std::move(*handler),
                     longwire::webhook::webhook_description());
    });
}
