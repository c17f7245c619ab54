/** What is written in manifests, with its place: start at {@code Spot}. */
@NullMarked
package io.podidentity.podid.check.source;

import org.jspecify.annotations.NullMarked;
