// The scripted tour through a dev world: a statement that is allowed, one that is refused, and what
// the journal says of both.
#pragma once

#include "base/clock.h"
#include "base/status.h"
#include "cli/arguments.h"
#include "dev/world.h"

namespace portreeve::dev {

// OK only if all three went as promised. The world must have a PostgreSQL of its own.
absl::Status RunTour(const World& world, const base::Clock& clock, cli::Console& console);

}  // namespace portreeve::dev
