/** Changes the text of manifests, and only the lines that must: start at {@code SourceText}. */
@NullMarked
package io.podidentity.podid.migrate.edit;

import org.jspecify.annotations.NullMarked;
