/** What all commands read: manifests, and the version that decides on them. */
@NullMarked
package io.podidentity.podid.input;

import org.jspecify.annotations.NullMarked;
