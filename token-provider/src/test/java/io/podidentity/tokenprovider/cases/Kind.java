// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.cases;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The cases of one kind, as far as their runner reads them: what is not written here fails, and is never passed over.
 * The shapes are written as {@link CaseShape} says.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target({})
public @interface Kind {
    String name();

    /** The shape of what is given, without the kind itself. */
    String given();

    /** The shape of what is expected. */
    String expected();

    /** Members of what is expected that tell the reader something, and that cannot be met or missed. */
    String[] notes() default {};
}
