#include "sql/raw_constants.h"

#include <strings.h>

enum { kMaxIntegerText = 16 };

bool RawIsConstant(const Node* node) {
  if (node == NULL) return false;
  if (IsA(node, TypeCast)) node = ((const TypeCast*)node)->arg;
  return node != NULL && (IsA(node, A_Const) || IsA(node, ParamRef));
}

static const char* PlainString(const Node* node) {
  if (node == NULL || !IsA(node, A_Const)) return NULL;
  const A_Const* constant = (const A_Const*)node;
  if (constant->isnull || !IsA(&constant->val, String)) return NULL;
  return constant->val.sval.sval;
}

static bool IsText(const TypeName* type) {
  if (type == NULL || type->typmods != NIL || type->arrayBounds != NIL || type->setof) return false;
  if (type->names == NIL) return false;
  const Node* last = llast(type->names);
  return IsA(last, String) && strcmp(((const String*)last)->sval, "text") == 0;
}

const char* RawConstantString(const Node* node) {
  if (node == NULL || !IsA(node, TypeCast)) return PlainString(node);
  const TypeCast* cast = (const TypeCast*)node;
  return IsText(cast->typeName) ? PlainString(cast->arg) : NULL;
}

static const char* IntegerText(int64 value) {
  char* const text = palloc(kMaxIntegerText);
  char* digit = text + kMaxIntegerText - 1;
  int64 rest = value < 0 ? -value : value;
  *digit = '\0';
  do {
    *--digit = (char)('0' + rest % 10);
    rest /= 10;
  } while (rest != 0);
  if (value < 0) *--digit = '-';
  return digit;
}

static const char* ElementText(const Node* node) {
  if (node == NULL) return NULL;
  if (IsA(node, TypeCast)) node = ((const TypeCast*)node)->arg;  // SET TIME ZONE INTERVAL '1'.
  if (node == NULL || !IsA(node, A_Const)) return NULL;
  const A_Const* constant = (const A_Const*)node;
  if (constant->isnull) return NULL;
  if (IsA(&constant->val, String)) return constant->val.sval.sval;
  if (IsA(&constant->val, Float)) return constant->val.fval.fval;
  if (IsA(&constant->val, Integer)) return IntegerText(constant->val.ival.ival);
  return NULL;
}

const char* RawSettingValue(const List* arguments) {
  ListCell* cell;
  size_t length = 0;
  if (list_length(arguments) == 1) return ElementText(linitial(arguments));
  foreach (cell, arguments) {
    const char* text = ElementText(lfirst(cell));
    if (text == NULL) return NULL;
    length += strlen(text) + 2;
  }
  if (length == 0) return NULL;
  char* const joined = palloc(length + 1);
  char* end = joined;
  foreach (cell, arguments) {
    const char* text = ElementText(lfirst(cell));
    const size_t text_length = strlen(text);
    if (end != joined) {
      *end++ = ',';
      *end++ = ' ';
    }
    memcpy(end, text, text_length);
    end += text_length;
  }
  *end = '\0';
  return joined;
}

bool RawOptionMayBeOn(const DefElem* option) {
  const Node* argument = option->arg;
  if (argument == NULL) return true;
  if (IsA(argument, Integer)) return ((const Integer*)argument)->ival != 0;
  if (IsA(argument, Boolean)) return ((const Boolean*)argument)->boolval;
  if (IsA(argument, String)) {
    const char* text = ((const String*)argument)->sval;
    return strcasecmp(text, "false") != 0 && strcasecmp(text, "off") != 0;
  }
  return true;
}
