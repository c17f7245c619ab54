// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.cases;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Which conformance cases a {@link ConformanceRunner} runs, and what it reads of them. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Runs {
    ConformanceFile file() default ConformanceFile.TOKEN_SOURCES;

    Kind[] value();
}
