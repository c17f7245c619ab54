/**
 * Text for others to read: YAML, Markdown, words of a shell, and what a terminal may print of words in manifests. Also
 * finds the word that somebody probably meant ({@code ClosestMatch}).
 */
@NullMarked
package io.podidentity.podid.text;

import org.jspecify.annotations.NullMarked;
