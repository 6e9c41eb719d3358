import * as z from 'zod';
import { record, text } from './schema-leaves.ts';

/** A text, or what becomes one as it is written. */
export const scalar = z.union(
  [z.string(), z.number(), z.boolean()].map((type) => type),
  { error: 'a text, a number, or true or false' },
);

const file = (description: string) =>
  text('a file such as cat.png', 4_096, { description, examples: ['cat.png'] });

const contentType = text('a content type such as image/png', 1_024, {
  description: "The part's content-type.",
  examples: ['image/png'],
});

const part = z.union(
  [
    scalar.meta({ description: 'A field with this text.' }),
    record(
      'a text, or an object with file or text',
      {
        file: file("File whose bytes are sent, beside the plan's file.").optional(),
        text: scalar.meta({ description: 'The text of a part that has a type of its own.' }).optional(),
        type: contentType.optional(),
        filename: text('a file name', 1_024, {
          description: "The name that the server is told; the file's own unless given.",
        }).optional(),
      },
      {
        description: 'A file, or a text with a type.',
        oneOf: [{ required: ['file'] }, { required: ['text'] }],
      },
    ),
  ],
  { error: 'a text, or an object with file or text' },
);

const formExample = 'a form such as { user: ann, page: 1 }';
const partsExample = 'parts such as { title: a cat, photo: { file: cat.png } }';

/** What a request sends; at most one of them. */
export const bodyFields = {
  body: z
    .unknown()
    .meta({
      description:
        'Text, or a value that is sent as JSON. A string that is exactly "{id}" becomes a number if all values ' +
        'of `id` are numbers (range, list, JSON file), else a string; other strings are filled in place.',
    })
    .optional(),
  form: z
    .record(z.string(), scalar, { error: formExample })
    .meta({
      description: 'Fields of a form (`application/x-www-form-urlencoded`), instead of `body`.',
      examples: [{ user: '{user}', page: 1 }],
    })
    .optional(),
  multipart: z
    .record(z.string(), part, { error: partsExample })
    .meta({
      description: 'Parts of a `multipart/form-data` body, texts and files, instead of `body`.',
      examples: [{ title: 'a cat', photo: { file: 'cat.png', type: 'image/png' } }],
    })
    .optional(),
  bodyFile: file(
    "File whose bytes are the body, beside the plan's file; sent as application/octet-stream unless the headers say otherwise.",
  ).optional(),
} as const;

export type FormInput = Readonly<Record<string, z.output<typeof scalar>>>;
export type MultipartInput = Readonly<Record<string, z.output<typeof part>>>;
