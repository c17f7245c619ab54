/** What is written in manifests, with its place: start at {@code FieldLocation}. */
@NullMarked
package io.podidentity.podid.check.source;

import org.jspecify.annotations.NullMarked;
