/** What holds for every answer, and the line in the log that says where to look. */
@NullMarked
package io.podidentity.demo.web;

import org.jspecify.annotations.NullMarked;
