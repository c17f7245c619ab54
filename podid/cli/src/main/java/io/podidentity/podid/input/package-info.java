/**
 * What all commands read that look at manifests: the manifests, the settings of {@code .podid.yaml}, and the version of
 * pod identity that decides on the manifests.
 *
 * <p>Start at {@code ProfileOptions}, which a command has as a mixin: it reads a {@code ManifestInput}.
 */
@NullMarked
package io.podidentity.podid.input;

import org.jspecify.annotations.NullMarked;
