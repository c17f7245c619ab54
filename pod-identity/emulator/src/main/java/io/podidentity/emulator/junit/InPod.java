// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * On a test's parameter of type {@link io.podidentity.emulator.run.EmulatedPod}: which pod of the emulator's manifests
 * it is.
 *
 * @since 0.1.0
 */
@Documented
@Target(ElementType.PARAMETER)
@Retention(RetentionPolicy.RUNTIME)
public @interface InPod {

    /** {@code namespace/name}, or the name alone of a pod in {@code default}. */
    String value();
}
