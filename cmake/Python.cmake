# Sets `python`: -DPython_EXECUTABLE, else the first interpreter with numpy, else the last that exists; "" if
# there is none.
set(python "${Python_EXECUTABLE}")
if(NOT python)
  foreach(candidate python3 /usr/bin/python3 python)
    execute_process(COMMAND ${candidate} -c "import numpy, sys; print(sys.executable)"
      RESULT_VARIABLE no_numpy OUTPUT_VARIABLE interpreter OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    if(no_numpy EQUAL 0)
      set(python ${interpreter})
      break()
    elseif(no_numpy EQUAL 1)
      set(python ${candidate})
    endif()
  endforeach()
endif()
