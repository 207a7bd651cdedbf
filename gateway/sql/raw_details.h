// What a statement says beyond its shape: names, settings, and effects that depend on its fields.
#pragma once

#include "sql/raw_state.h"

typedef struct RawItem* (*RawPush)(struct RawWalkState* walk, const struct RawItem* parent,
                                   const void* node);

// Emits what the fields of the node say; sets `explained` of the item for its children.
void RawEmitDetails(struct RawWalkState* walk, struct RawItem* item);

// Pushes the children whose use depends on other fields of the node.
void RawPushDetails(struct RawWalkState* walk, const struct RawItem* item, RawPush push);
