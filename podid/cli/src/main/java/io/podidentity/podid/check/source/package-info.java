/**
 * What is written in manifests, with its place.
 *
 * <p>Start at {@code FieldLocation}, a field with its position. {@code PodSource} is a pod with all that is written
 * about it, and {@code PodTraces} finds pods that podid cannot tell. {@code KustomizedSource} finds the file in which
 * somebody has written what kubectl has rendered.
 */
@NullMarked
package io.podidentity.podid.check.source;

import org.jspecify.annotations.NullMarked;
