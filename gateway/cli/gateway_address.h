// How a verb finds the gateway: what the command line says, else the environment, else the world of
// `portreeve dev` on this machine.
#pragma once

#include <filesystem>
#include <vector>

#include "base/status.h"
#include "cli/api_client.h"
#include "cli/arguments.h"

namespace portreeve::cli {

// --config, --gateway, --token-file and --ca-file, for the table of verbs.
std::vector<Flag> GatewayFlags();

// Where `portreeve dev` keeps its world unless --dir says otherwise: $XDG_STATE_HOME, else
// /var/lib for root (PostgreSQL's user cannot enter root's home), else ~/.local/state.
absl::StatusOr<std::filesystem::path> DefaultDevFolder(const Environment& environment);

// The same for verbs of people and workloads, who have a token of their own.
std::vector<Flag> CallerGatewayFlags();

// Of a verb with GatewayFlags() or CallerGatewayFlags(), with the operator's token.
absl::StatusOr<Endpoint> FindEndpoint(const Arguments& arguments, const Environment& environment);

// Of a verb with CallerGatewayFlags(), with the caller's token: --token-file, else PORTREEVE_TOKEN,
// else PORTREEVE_TOKEN_FILE, else the file that a sign-in leaves. kUnauthenticated: there is none.
absl::StatusOr<Endpoint> FindCallerEndpoint(const Arguments& arguments,
                                            const Environment& environment);

// The journal's folder, of a verb with --dir and --config.
absl::StatusOr<std::filesystem::path> FindJournal(const Arguments& arguments,
                                                  const Environment& environment);

}  // namespace portreeve::cli
