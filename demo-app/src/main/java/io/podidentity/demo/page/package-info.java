/** The page: who am I, which blobs may I read, or why not and what to do. */
@NullMarked
package io.podidentity.demo.page;

import org.jspecify.annotations.NullMarked;
