# For doxygen: a header's first comment is the file's, and the words of a contract are paragraphs with a title.
1s|^/\*\* |/** @this_file |
/^ *[/]?\*/{
s/([ *])Ownership: /\1@ownership /
s/([ *])Lifetime: /\1@lifetime /
s/([ *])Thread: /\1@thread /
s/([ *])Units: /\1@units /
s/([ *])Errors: /\1@errors /
s/([ *])Since: /\1@since_version /
}
