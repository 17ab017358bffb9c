// The data files of the program, by their paths below this folder. To add a file: put it here and
// add its two lines (one is not to be had: no macro expands to a directive such as `#embed`).
//
// A changed file is compiled in by the next build, because clang reports every `#embed` among the
// dependencies of CAfterwordData.c, as it does every `#include`.

// The lexicon: its aspects, words of no one language, and a file for each language.
#define FILE_NAME "lexicon1/aspects.txt"
#include "embed.h"
#define FILE_NAME "lexicon1/any.txt"
#include "embed.h"
#define FILE_NAME "lexicon1/en.txt"
#include "embed.h"
#define FILE_NAME "lexicon1/de.txt"
#include "embed.h"
#define FILE_NAME "lexicon1/it.txt"
#include "embed.h"
#define FILE_NAME "lexicon1/fr.txt"
#include "embed.h"
#define FILE_NAME "lexicon1/es.txt"
#include "embed.h"
#define FILE_NAME "lexicon1/nl.txt"
#include "embed.h"
#define FILE_NAME "lexicon1/pt.txt"
#include "embed.h"
#define FILE_NAME "lexicon1/ja.txt"
#include "embed.h"

#define FILE_NAME "markup/named-references.txt"
#include "embed.h"
#define FILE_NAME "models/openai.txt"
#include "embed.h"
#define FILE_NAME "prompts/1.txt"
#include "embed.h"

// Shapes of sources, in the order in which they are tried.
#define FILE_NAME "shapes/customer-reviews.json"
#include "embed.h"
#define FILE_NAME "shapes/product-with-reviews.json"
#include "embed.h"
#define FILE_NAME "shapes/amazon-2014.json"
#include "embed.h"
#define FILE_NAME "shapes/amazon-2018.json"
#include "embed.h"
#define FILE_NAME "shapes/amazon-2018-wrapped.json"
#include "embed.h"
#define FILE_NAME "shapes/amazon-2023.json"
#include "embed.h"
#define FILE_NAME "shapes/amazon-2023-products.json"
#include "embed.h"
