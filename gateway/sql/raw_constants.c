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

// PostgreSQL's GUC_LIST_QUOTE, of those that a session may set.
static bool IsListOfNames(const char* name) {
  return strcmp(name, "search_path") == 0 || strcmp(name, "temp_tablespaces") == 0;
}

static bool IsPlainName(const char* text) {
  if ((*text < 'a' || *text > 'z') && *text != '_') return false;
  for (; *text != '\0'; ++text) {
    const bool plain = (*text >= 'a' && *text <= 'z') || (*text >= '0' && *text <= '9');
    if (!plain && *text != '_') return false;
  }
  return true;
}

static const char* Quoted(const char* text) {
  if (IsPlainName(text)) return text;
  char* const quoted = palloc(2 * strlen(text) + 3);
  char* end = quoted;
  *end++ = '"';
  for (; *text != '\0'; ++text) {
    if (*text == '"') *end++ = '"';
    *end++ = *text;
  }
  *end++ = '"';
  *end = '\0';
  return quoted;
}

const char* RawSettingValue(const char* name, const List* arguments) {
  const bool quotes = IsListOfNames(name);
  const int count = list_length(arguments);
  size_t length = 0;
  if (count == 0) return NULL;
  const char** texts = palloc((Size)count * sizeof(*texts));
  for (int i = 0; i < count; ++i) {
    const char* text = ElementText(list_nth(arguments, i));
    if (text == NULL) return NULL;
    texts[i] = quotes ? Quoted(text) : text;
    length += strlen(texts[i]) + 2;
  }
  if (count == 1) return texts[0];
  char* const joined = palloc(length + 1);
  char* end = joined;
  for (int i = 0; i < count; ++i) {
    const size_t text_length = strlen(texts[i]);
    if (i > 0) {
      *end++ = ',';
      *end++ = ' ';
    }
    memcpy(end, texts[i], text_length);
    end += text_length;
  }
  *end = '\0';
  return joined;
}

const char* RawConstantCount(const Node* node) {
  if (node == NULL || !IsA(node, A_Const)) return NULL;
  const A_Const* constant = (const A_Const*)node;
  if (constant->isnull) return NULL;
  if (IsA(&constant->val, Integer)) {
    return constant->val.ival.ival < 0 ? NULL : IntegerText(constant->val.ival.ival);
  }
  if (!IsA(&constant->val, Float)) return NULL;
  const char* text = constant->val.fval.fval;
  return strspn(text, "0123456789") == strlen(text) ? text : NULL;
}

bool RawIsFalse(const Node* node) {
  if (node == NULL) return false;
  if (IsA(node, TypeCast)) node = ((const TypeCast*)node)->arg;
  if (node == NULL || !IsA(node, A_Const)) return false;
  const A_Const* constant = (const A_Const*)node;
  if (constant->isnull) return false;
  if (IsA(&constant->val, Boolean)) return !constant->val.boolval.boolval;
  if (!IsA(&constant->val, String)) return false;
  const char* text = constant->val.sval.sval;
  return strcasecmp(text, "f") == 0 || strcasecmp(text, "false") == 0 || strcmp(text, "0") == 0 ||
         strcasecmp(text, "no") == 0 || strcasecmp(text, "off") == 0;
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
