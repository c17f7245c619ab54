/**
 * Changes the text of manifests, and only the lines that must change: comments, quotes and the order of fields stay.
 *
 * <p>Start at {@code SourceTree}, which has the files of a user. {@code SourceText} is the text of one file with its
 * changes, {@code SourceObject} an object in it, and {@code FieldsEdit} changes fields of an object. A change that
 * might do something else than what is meant is an {@code UneditableException}.
 */
@NullMarked
package io.podidentity.podid.migrate.edit;

import org.jspecify.annotations.NullMarked;
